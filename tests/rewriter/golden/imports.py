#!/usr/bin/env python
# -*- coding: utf-8 -*-
import os, sys as system, json
import numpy as np  # kept comment
from a import b
from .c import (
    d,  # why d
    e as f,
    g,
)
from .. import h, \
    i
from j import k; import l.m; x = 1
from n import (o,
               p); y = 2
if x: import q
try:
    import r
except ImportError:
    from s import t as r
import u
from v import w

# remove: os json np b d g h i k l o p q r u
# hoist: w a.b c
# hoist: u only.this
# hoist: np numpy.core
