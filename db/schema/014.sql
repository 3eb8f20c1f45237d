-- Keys in wrong hands: the certificates that were revoked as compromised, by which a request with such a key is found.
CREATE INDEX certificate_compromised ON certificate(item) WHERE state = 'revoked' AND reason = 1;
