-- What the services of a certificate's life need. New columns stay null on old rows, so that no digest of the audit changes.
ALTER TABLE application ADD COLUMN filled_from INTEGER REFERENCES application(id); -- the closed application that holds the holder's record of before
ALTER TABLE application ADD COLUMN emergency INTEGER CHECK (emergency IN (0,1)); -- 1: emergency revocation, entered by a supervisor: no materials, a second person approves
ALTER TABLE application ADD COLUMN late INTEGER CHECK (late IN (0,1)); -- renewal: 1 = accepted after the old certificate's end
ALTER TABLE item ADD COLUMN old INTEGER REFERENCES certificate(id); -- certificate that the service acts on
ALTER TABLE intent ADD COLUMN old INTEGER REFERENCES certificate(id); -- issue: certificate that is updated (CMP kur); null: a new one (cr)
CREATE INDEX application_filled_from ON application(filled_from) WHERE filled_from IS NOT NULL;
CREATE INDEX item_old ON item(old) WHERE old IS NOT NULL;

CREATE TABLE certificate_use (
	certificate INTEGER NOT NULL REFERENCES certificate(id), -- which
	name TEXT NOT NULL,              -- application area that it serves besides its scheme: '市城建'
	application INTEGER NOT NULL REFERENCES application(id), -- that added it
	since INTEGER NOT NULL,          -- when
	PRIMARY KEY (certificate, name)
) WITHOUT ROWID, STRICT;

CREATE TABLE will_code (
	application INTEGER PRIMARY KEY REFERENCES application(id), -- whose will is proven by a one-time code
	code BLOB NOT NULL,              -- keyed index of the newest code (db/keys.h), never the code
	sends INTEGER NOT NULL,          -- codes sent so far
	sent_at INTEGER NOT NULL,        -- the newest
	expires_at INTEGER NOT NULL,     -- not taken after
	tries INTEGER NOT NULL DEFAULT 0, -- wrong ones against the newest
	proven_at INTEGER                -- the right one came
) STRICT;

-- personal certificates of a package have a fee line of their own
CREATE TABLE fee_line_3 (
	application INTEGER NOT NULL REFERENCES application(id), -- by the table of the accepting day
	n INTEGER NOT NULL,              -- 1..
	object TEXT NOT NULL CHECK (object IN ('certificate','seal','user')), -- on what
	unit_fen INTEGER NOT NULL,       -- price
	pieces INTEGER NOT NULL,         -- times pieces
	years INTEGER NOT NULL,          -- times years
	amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0), -- product
	PRIMARY KEY (application, n)
) WITHOUT ROWID, STRICT;
INSERT INTO fee_line_3(application, n, object, unit_fen, pieces, years, amount_fen)
	SELECT application, n, object, unit_fen, pieces, years, amount_fen FROM fee_line;
DROP TABLE fee_line;
ALTER TABLE fee_line_3 RENAME TO fee_line;
