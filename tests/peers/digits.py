"""Every decimal digit of Unicode (category Nd) with its value, and which Unicode that is."""

import json
import sys
import unicodedata

digits = [
    [code, unicodedata.decimal(chr(code))]
    for code in range(sys.maxunicode + 1)
    if unicodedata.category(chr(code)) == "Nd"
]
print(json.dumps({"version": unicodedata.unidata_version, "digits": digits}))
