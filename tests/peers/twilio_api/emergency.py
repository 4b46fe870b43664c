"""The address that a number has for emergency calls: it is registered, and taken away again, in a while.

A while is counted in looks at the number: `emergency_polls` of the account.
"""

from refusals import Refusal

NONE = {"emergency_address_sid": None, "emergency_address_status": "unregistered", "_pending": None}


def associate(account, record, address_sid):
    """What changes on a number that shall have this address, or none."""
    status, present = record["emergency_address_status"], record["emergency_address_sid"]
    if address_sid is None:
        if status == "unregistered" or status == "pending-unregistration":
            return {}
        return {"emergency_address_sid": None} | wait(account, "pending-unregistration", "unregistered")
    if address_sid not in account.addresses:
        raise Refusal(20001, f"EmergencyAddressSid {address_sid} was not found")
    if not account.addresses[address_sid]["emergency_enabled"]:
        raise Refusal(20001, f"Address {address_sid} is not emergency enabled")
    if address_sid == present and status in ("registered", "pending-registration"):
        return {}
    # What failed is an address all the same, also if it is to be tried again.
    if status != "unregistered":
        raise Refusal(20001, f"The number has an emergency address that is {status}: take it away first")
    return {"emergency_address_sid": address_sid} | wait(account, "pending-registration", account.emergency_outcome)


def wait(account, status, then):
    if account.emergency_polls == 0:
        return {"emergency_address_status": then, "_pending": None}
    return {"emergency_address_status": status, "_pending": {"looks": account.emergency_polls, "then": then}}


def look(record):
    """Whoever looks at a number lets time pass."""
    pending = record["_pending"]
    if pending is not None:
        pending["looks"] -= 1
        if pending["looks"] <= 0:
            record |= {"emergency_address_status": pending["then"], "_pending": None}
    return record
