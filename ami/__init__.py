"""The live link to Asterisk's manager interface (AMI): what happens there, and a few orders."""
