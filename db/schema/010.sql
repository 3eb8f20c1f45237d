-- What was printed, by whom, where it went, and what became of it.
CREATE TABLE printjob (
	id INTEGER PRIMARY KEY,          -- one job of one paper
	application INTEGER NOT NULL REFERENCES application(id), -- whose
	paper TEXT NOT NULL,             -- stored name: printing/paper.h
	copies INTEGER NOT NULL CHECK (copies > 0), -- labelled copies in it
	target TEXT NOT NULL,            -- queue, or path of the file; '' when it is not known yet
	state TEXT NOT NULL CHECK (state IN ('queued','done','failed','kept')), -- its fate
	why TEXT,                        -- reason that was given, of a second PIN letter always
	error TEXT,                      -- why it failed or was kept
	staff INTEGER NOT NULL REFERENCES staff(id), -- who printed
	made_at INTEGER NOT NULL,        -- when it was asked for
	ended_at INTEGER                 -- when its fate was known
) STRICT;
CREATE INDEX printjob_application ON printjob(application, id);
