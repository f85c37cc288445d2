"""Prints what a screen reader can read of a program's windows, as JSON, by pyatspi: `accessible_tree.py PID`."""

import json
import sys

import pyatspi


def main():
    pid = int(sys.argv[1])
    desktop = pyatspi.Registry.getDesktop(0)
    found = []
    for application in desktop:
        if application is not None and application.get_process_id() == pid:
            collect(application, 0, found)
    json.dump(found, sys.stdout)


def collect(node, depth, found):
    found.append(describe(node, depth))
    for index in range(node.childCount):
        child = node.getChildAtIndex(index)
        # It may be gone since the count was read.
        if child is not None:
            collect(child, depth + 1, found)


def describe(node, depth):
    states = [pyatspi.stateToString(state) for state in node.getState().getStates()]
    return {
        "depth": depth,
        "role": node.getRoleName(),
        "name": node.name,
        "description": node.description,
        "states": states,
        "text": text_of(node),
    }


def text_of(node):
    try:
        return node.queryText().getText(0, -1)
    except NotImplementedError:
        return ""


main()
