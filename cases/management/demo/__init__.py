"""The invented caseload of the demo. Nobody in it lives or lived; every name is made up of words."""
