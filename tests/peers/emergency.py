"""Emergency numbers as Google's short-number metadata has them: of each region that is asked for, every text of two to
four digits that is one, and every one that reaches one because a phone drops what follows."""

import itertools
import json
import sys

import phonenumbers
from phonenumbers import PhoneMetadata, connects_to_emergency_number, is_emergency_number

TEXTS = ["".join(keys) for length in (2, 3, 4) for keys in itertools.product("0123456789", repeat=length)]

for line in sys.stdin:
    answer = {}
    for region in json.loads(line):
        # Longer ones would be missed.
        lengths = PhoneMetadata.short_metadata_for_region(region).emergency.possible_length
        assert set(lengths) <= {2, 3, 4}, (region, lengths)
        answer[region] = {
            "numbers": [text for text in TEXTS if is_emergency_number(text, region)],
            "connects": [text for text in TEXTS if connects_to_emergency_number(text, region)],
        }
    print(json.dumps({"version": phonenumbers.__version__, "regions": answer}), flush=True)
