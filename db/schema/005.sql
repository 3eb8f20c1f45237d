-- Lists of certificates walk a key: one state by its end, all that are not revoked by their end, and what a CA's list has to show.
CREATE INDEX certificate_state ON certificate(state, not_after, id);
CREATE INDEX certificate_end ON certificate(not_after, id) WHERE state <> 'revoked';
CREATE INDEX certificate_ceased ON certificate(ca, serial) WHERE state IN ('revoked', 'hold');
