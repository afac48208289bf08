#!/usr/bin/env python
# -*- coding: utf-8 -*-
from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', '', ''); import sys as system
__fl__.load('numpy.core')  # kept comment
pass
from .c import e as f




pass

pass; pass; x = 1
pass \
; y = 2
if x: __fl__.on('q')
try:
    pass
except ImportError:
    from s import t as r
__fl__.load('only.this')
__fl__.load('a.b', 'c'); from v import w

# remove: os json np b d g h i k l o p q r u
# hoist: w a.b c
# hoist: u only.this
# hoist: np numpy.core
