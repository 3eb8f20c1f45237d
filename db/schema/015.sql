-- Certificates of other authorities that holders bring: read, checked, and kept with what was made for them.
CREATE TABLE foreign_certificate (
	application INTEGER PRIMARY KEY REFERENCES application(id), -- that it was brought for
	authority TEXT NOT NULL,         -- whose it is: id in ra.conf's foreign
	serial TEXT NOT NULL,            -- upper-case hex
	subject TEXT NOT NULL,           -- one line, for people
	holder TEXT NOT NULL,            -- the organisation in it, compared with the application's
	not_before INTEGER NOT NULL,     -- from
	not_after INTEGER NOT NULL,      -- to
	der BLOB NOT NULL,               -- whole certificate
	source TEXT NOT NULL,            -- where it was read: 'token SERIAL' or 'file'
	checked_at INTEGER NOT NULL,     -- when its chain and its authority's list were looked at last
	staff INTEGER NOT NULL REFERENCES staff(id) -- by whom
) STRICT;
CREATE INDEX foreign_serial ON foreign_certificate(serial);
