"""MplusKASSA, a cash-register system from the Netherlands that speaks SOAP."""
