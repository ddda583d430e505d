#!/bin/sh
# Run by `mesh watch` at every change: the new state comes as JSON on standard input, its index in MESH_INDEX (and CONSUL_INDEX).
cat >> "${HANDLED:-handled.json}"
