"""A client for researchers: tables, graphs and answers from a service of lcgraph, in one call each.

>>> from lcgraph.client import Client
>>> client = Client(address)
>>> cities = client.ask("cities", country="IE")
>>> cities[["code", "label"]].to_dict("records")
[{'code': 'ie-cork', 'label': 'Cork'}, {'code': 'ie-dublin', 'label': 'Dublin'}, {'code': 'ie-limerick', 'label': 'Limerick'}]

Here ``address`` is where the service is, such as ``http://127.0.0.1:8000``. ``docs/client.md`` is the guide.
"""

from lcgraph.client.client import Client, Parameter, Question
from lcgraph.client.errors import BrokenOff, DataChanged, MissingPackage, ServiceError, Unreachable

__all__ = [
    "BrokenOff",
    "Client",
    "DataChanged",
    "MissingPackage",
    "Parameter",
    "Question",
    "ServiceError",
    "Unreachable",
]
