"""Who may ask, and how often. Without a setting: everybody, as on an intranet without accounts.

A request meets, in this order: `addresses` (whose word on X-Forwarded-* counts), `gate` (who
asks; 401), `limits` (how often; 429), and at a few routes `editors` (what they may; 403).
"""
