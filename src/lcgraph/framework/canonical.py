"""One form for every Turtle file of the project, so that a diff shows only what changed."""

from __future__ import annotations

from pathlib import Path

from rdflib import Graph


def canonical(turtle: str) -> str:
    """A Turtle document with one subject a block, subjects, properties and values sorted.

    The order in which the triples came does not matter, nor do the labels of blank nodes.
    Comments are not kept: what is worth saying is said in the graph.

    :raises SyntaxError: if the text is not Turtle.

    >>> canonical("@prefix x: <http://e/> . x:b x:p 1 . x:a x:p 2 .").split()[3:5]
    ['x:a', 'x:p']
    """
    graph = Graph(bind_namespaces="none")
    graph.parse(data=turtle, format="turtle")
    used = {str(namespace): prefix for prefix, namespace in graph.namespaces() if str(namespace) in turtle}
    tidy = Graph(bind_namespaces="none")
    for namespace, prefix in used.items():
        tidy.bind(prefix, namespace)
    for triple in graph:
        tidy.add(triple)
    lines = tidy.serialize(format="longturtle").rstrip().split("\n")
    return "\n".join(line.rstrip() for line in lines) + "\n"


def rewrite(path: Path, *, check: bool = False) -> bool:
    """Brings a file into canonical form.

    :param check: only say whether the file is in that form, do not touch it.
    :return: whether the file was in that form already.
    """
    text = path.read_text(encoding="utf-8")
    wanted = canonical(text)
    if text == wanted:
        return True
    if not check:
        path.write_text(wanted, encoding="utf-8")
    return False
