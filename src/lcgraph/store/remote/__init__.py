"""The remote store: any SPARQL 1.1 server, by its addresses and a profile of its engine.

::

    DATA/store.toml     which engine, at which addresses, as whom; where it is there, the store is remote
    DATA/archive/       the archive stays here: it is the truth, and the server an index of it

A server changes graph by graph, not by commits. So it says in one statement which state it is in, and
says while it is changed that it is; a reader looks before and after a query, and gives no answer that
was read from two states.
"""
