-- Histories walk a key: an organisation's certificates by id, and the audit's rows that name an object without changing it.
CREATE INDEX certificate_of ON certificate(organisation, id);
CREATE INDEX audit_named ON audit(object, at);
