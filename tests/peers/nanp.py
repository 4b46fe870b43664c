"""Where the numbers of North America are, as Google's metadata has them: for each area code 200 to 999, runs of exchanges
200 to 999, their region and for those of the United States and Canada what they are for. Numbers that no region has are left out."""

import json
import re

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber, PhoneNumberType, number_type, region_code_for_number

# The last four digits, of numbers that are nobody's (555-0100 to 555-0199) where the exchange is 555.
LINE = 123
REGIONS = COUNTRY_CODE_TO_REGION_CODE[1]
PATTERNS = [PhoneMetadata.metadata_for_region(region).general_desc.national_number_pattern for region in REGIONS]
# Most area codes are nobody's, and finding that out region by region takes long.
ANY = re.compile("|".join(f"(?:{pattern})" for pattern in PATTERNS))


def look_up(npa, exchange):
    number = (npa * 1000 + exchange) * 10_000 + LINE
    if not ANY.fullmatch(str(number)):
        return None
    number = PhoneNumber(country_code=1, national_number=number)
    if not (region := region_code_for_number(number)):
        return None
    # What it is for is asked for at home alone: it takes as long again.
    return [region, PhoneNumberType.to_string(number_type(number)) if region in ("US", "CA") else ""]


found = {}
for npa in range(200, 1000):
    runs = []
    for exchange in range(200, 1000):
        here = look_up(npa, exchange)
        if here and runs and runs[-1][2:] == here and runs[-1][1] == exchange - 1:
            runs[-1][1] = exchange
        elif here:
            runs.append([exchange, exchange, *here])
    found[npa] = runs
print(json.dumps(found))
