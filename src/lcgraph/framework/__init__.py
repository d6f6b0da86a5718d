"""The Declaration and the Key Features as typed objects, read from ``ontology/``."""
