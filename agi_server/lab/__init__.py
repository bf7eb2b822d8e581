"""A private Asterisk with callers and agents, for demonstrations and for the live tests.

Real SIP, real RTP, real key presses, on this machine only: nothing here listens on another address
than 127.0.0.1.
"""
