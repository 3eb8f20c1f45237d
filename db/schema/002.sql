-- Lists walk a key: any state by (state, id), and what was entered since a day by (entered_at, id).
DROP INDEX application_open;
CREATE INDEX application_state ON application(state, id);
CREATE INDEX application_entered ON application(entered_at, id);
