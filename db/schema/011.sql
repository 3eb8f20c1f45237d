-- Why a certificate is on hold: what was asked about one at its CA is found by the certificate.
CREATE INDEX intent_about ON intent(certificate) WHERE kind = 'revoke';
