import os
def f():
	if os:
		return 1

	return 2
# remove: os
# lazy: f
