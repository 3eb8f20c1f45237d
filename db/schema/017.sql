-- People are found by their names, from the surname on or from what follows it, and a package's users by phone and document too.
-- Old rows of users keep no index of these numbers.
ALTER TABLE application_user ADD COLUMN user_id_no_x BLOB; -- keyed index
ALTER TABLE application_user ADD COLUMN user_mobile_x BLOB; -- keyed index
CREATE INDEX application_user_id_no ON application_user(user_id_no_x, application) WHERE user_id_no_x IS NOT NULL;
CREATE INDEX application_user_mobile ON application_user(user_mobile_x, application) WHERE user_mobile_x IS NOT NULL;
CREATE INDEX application_user_name ON application_user(user_name, application);
CREATE INDEX application_user_given ON application_user((substr(user_name, 2)), application);
CREATE INDEX application_agent_name ON application(agent_name, id);
CREATE INDEX application_agent_given ON application((substr(agent_name, 2)), id);
CREATE INDEX application_legal_rep ON application(org_legal_rep, id);
CREATE INDEX application_legal_rep_given ON application((substr(org_legal_rep, 2)), id);
