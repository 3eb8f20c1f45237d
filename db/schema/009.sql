-- An application keeps every reason that its applicant was given, not only the last.
CREATE TABLE turn (
	application INTEGER NOT NULL REFERENCES application(id), -- that was turned back or away
	n INTEGER NOT NULL,              -- 1..
	act TEXT NOT NULL,               -- by which act: ra/acts.def
	why TEXT NOT NULL,               -- the reason, in the clerk's words
	staff INTEGER NOT NULL REFERENCES staff(id), -- who
	at INTEGER NOT NULL,             -- when
	PRIMARY KEY (application, n)
) WITHOUT ROWID, STRICT;
