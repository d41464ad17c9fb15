"""`python -m symbolic.recheck FILE...`"""

import sys

from symbolic.recheck import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
