-- What a search goes by: licence numbers, the legal representative's document, and the last four characters of the numbers
-- that people read to each other.
CREATE INDEX application_licence ON application(org_licence_no) WHERE org_licence_no IS NOT NULL;
CREATE INDEX application_legal_rep_id ON application(org_legal_rep_id_no_x) WHERE org_legal_rep_id_no_x IS NOT NULL;
CREATE INDEX application_tail ON application((substr(no, length(no) - 3)), id);
CREATE INDEX organisation_tail ON organisation((substr(doc, length(doc) - 3)), id);
CREATE INDEX certificate_tail ON certificate((substr(serial, length(serial) - 3)), id);
CREATE INDEX token_tail ON token((substr(serial, length(serial) - 3)), id);
