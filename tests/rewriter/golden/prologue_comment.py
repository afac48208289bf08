# A licence, so the prologue goes on this line.

import os
# remove: os
# names: os
