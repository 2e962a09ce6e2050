"""OAuth 2.0 and OpenID Connect: the programs that people sign in to, and how those get tokens."""
