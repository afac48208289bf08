from _faaslight import enter as __fl__; __fl__ = __fl__(globals(), 3, '0123456789abcdef', '', ''); pass
def f():
	return __fl__(0)()



# remove: os
# lazy: f
