-- The cabinet: read this file first. Times are seconds since 1970 UTC, money is fen, yes/no is 0/1, null is "not given".
-- States and kinds stand here by their stored names (forms/names.h); tests/test_schema.c compares every CHECK with its list.
-- "sealed": AES-256-GCM under a key outside the store (db/sealed.h); "_x": keyed index of the sealed value, for equality only.
-- Engine lines are marked --lite or --pg; everything else is read by both.

CREATE TABLE staff (
	id INTEGER PRIMARY KEY,          -- member
	login TEXT NOT NULL UNIQUE,      -- name typed at login
	name TEXT NOT NULL,              -- name printed on forms
	role TEXT NOT NULL CHECK (role IN ('clerk','reviewer','finance','supervisor','auditor','system')), -- what the member may do: ra/staff.c
	disabled INTEGER NOT NULL DEFAULT 0 CHECK (disabled IN (0,1)), -- may not log in
	failures INTEGER NOT NULL DEFAULT 0, -- wrong passwords in a row
	locked_until INTEGER NOT NULL DEFAULT 0, -- no login before this time
	must_change INTEGER NOT NULL DEFAULT 0 CHECK (must_change IN (0,1)), -- password was set by another
	made_at INTEGER NOT NULL         -- when
) STRICT;

CREATE TABLE staff_key (
	id INTEGER PRIMARY KEY,          -- signing key
	staff INTEGER NOT NULL REFERENCES staff(id), -- owner
	public_key BLOB NOT NULL,        -- SubjectPublicKeyInfo, DER
	salt BLOB,                       -- of scrypt; null for the station's key, which lies in HOME/keys
	sealed_key BLOB,                 -- PKCS#8 sealed under the password (ra/staff.c)
	made_at INTEGER NOT NULL,        -- when
	retired_at INTEGER               -- replaced by a newer key; stays for old signatures
) STRICT;
CREATE INDEX staff_key_staff ON staff_key(staff, id);

CREATE TABLE scheme (
	id INTEGER PRIMARY KEY,          -- one version of one scheme
	scheme TEXT NOT NULL,            -- 'dongguan'
	version INTEGER NOT NULL,        -- 1.. per scheme
	effective INTEGER NOT NULL,      -- valid from this time
	text TEXT NOT NULL,              -- the file (forms/schemes), UTF-8
	loaded_at INTEGER NOT NULL,      -- when
	loaded_by INTEGER NOT NULL REFERENCES staff(id), -- who
	UNIQUE (scheme, version)
) STRICT;

CREATE TABLE organisation (
	id INTEGER PRIMARY KEY,          -- applicant organisation, one row per document number
	doc TEXT NOT NULL UNIQUE,        -- credit code, else licence number, else kind:number
	name TEXT NOT NULL,              -- as in the newest application
	folded TEXT NOT NULL,            -- name folded for comparing (text_fold)
	changed_at INTEGER NOT NULL      -- when
) STRICT;
CREATE INDEX organisation_folded ON organisation(folded);

CREATE TABLE gram (
	g INTEGER NOT NULL,              -- three code points of the folded name: c0<<42 | c1<<21 | c2
	organisation INTEGER NOT NULL REFERENCES organisation(id), -- whose name
	PRIMARY KEY (g, organisation)
) WITHOUT ROWID, STRICT;

CREATE TABLE counter (
	name TEXT PRIMARY KEY,           -- 'no:DG01:261121'
	value INTEGER NOT NULL           -- last number given
) WITHOUT ROWID, STRICT;

CREATE TABLE application (
	id INTEGER PRIMARY KEY,          -- application
	no TEXT NOT NULL UNIQUE,         -- number on the paper: point, day, sequence, check digit
	state TEXT NOT NULL CHECK (state IN ('draft','received','correction','review','approved','issuing','issued','delivered','closed','refused','withdrawn','expired')), -- ra/workflow.c
	version INTEGER NOT NULL,        -- counts every change; an edit names the one it saw
	scheme_version INTEGER REFERENCES scheme(id), -- fixed when accepted
	organisation INTEGER REFERENCES organisation(id), -- applicant
	point TEXT NOT NULL,             -- service point
	entered_by INTEGER NOT NULL REFERENCES staff(id), -- who typed it
	entered_at INTEGER NOT NULL,     -- when
	accepted_by INTEGER REFERENCES staff(id), -- accepting clerk
	accepted_at INTEGER,             -- when; the fee table of this day counts
	reviewed_by INTEGER REFERENCES staff(id), -- reviewer who approved or refused
	reviewed_at INTEGER,             -- when
	delivered_by INTEGER REFERENCES staff(id), -- who handed over
	delivered_at INTEGER,            -- when
	delivered_to TEXT,               -- name of the receiver, or courier and tracking number
	changed_at INTEGER NOT NULL,     -- last change
	why TEXT,                        -- reason of the last correction, return, refusal, withdrawal
	waived_fen INTEGER NOT NULL DEFAULT 0, -- fee that a supervisor waived
	client_ref TEXT UNIQUE,          -- the caller's own reference: a repeat finds this row
	scheme TEXT NOT NULL,            -- from here on the record: forms/record/*.def, '.' written '_'
	channel TEXT NOT NULL CHECK (channel IN ('counter','mail','online')), -- how it arrived
	service TEXT NOT NULL CHECK (service IN ('new','renew','replace','change','unlock','revoke','recover','add_users','add_application','swap','add_seal','report_loss')), -- what is asked
	ca TEXT,                         -- id of the CA
	years INTEGER,                   -- term
	certificate_count INTEGER,       -- pieces
	cross_border INTEGER CHECK (cross_border IN (0,1)), -- used in cross-border trade
	old_serial TEXT,                 -- certificate (or token) that the service acts on
	reason TEXT,                     -- why it is replaced or revoked
	remark TEXT,                     -- free words
	package TEXT,                    -- multi-user package
	extra_users INTEGER,             -- places beyond the package
	auth_way TEXT,                   -- how the organisation proved its will
	pickup_point TEXT,               -- where it is fetched
	seal_notes_read INTEGER CHECK (seal_notes_read IN (0,1)), -- box ticked
	org_name TEXT,                   -- applicant organisation, full name
	org_credit_code TEXT,            -- GB 32100-2015
	org_licence_no TEXT,             -- business licence number
	org_doc_kind TEXT,               -- other document
	org_doc_no TEXT,                 -- its number
	org_region TEXT,                 -- region
	org_address TEXT,                -- registered address
	org_phone BLOB,                  -- sealed
	org_phone_x BLOB,                -- keyed index
	org_nature TEXT,                 -- kind of organisation
	org_legal_rep TEXT,              -- legal representative
	org_legal_rep_id_kind TEXT,      -- document of the same
	org_legal_rep_id_no BLOB,        -- sealed
	org_legal_rep_id_no_x BLOB,      -- keyed index
	agent_name TEXT,                 -- agent
	agent_mobile BLOB,               -- sealed
	agent_mobile_x BLOB,             -- keyed index
	agent_email TEXT,                -- e-mail
	agent_id_kind TEXT,              -- document
	agent_id_no BLOB,                -- sealed
	agent_id_no_x BLOB,              -- keyed index
	agent_address TEXT,              -- postal address
	recipient_name TEXT,             -- courier's recipient
	recipient_phone BLOB,            -- sealed
	recipient_address TEXT,          -- address
	seal_name TEXT,                  -- full name as on the physical seal; filled = a seal is asked
	seal_type TEXT,                  -- type
	seal_diameter_mm INTEGER,        -- millimetres
	seal_manager TEXT,               -- seal manager
	seal_manager_post TEXT,          -- post
	seal_manager_phone BLOB,         -- sealed
	invoice_title TEXT,              -- invoice: title
	invoice_tax_no TEXT,             -- tax number
	invoice_email TEXT,              -- where the notice goes
	invoice_remark TEXT,             -- remark
	pay_holder TEXT,                 -- payer's account: holder
	pay_bank TEXT,                   -- bank
	pay_account BLOB                 -- sealed
) STRICT;
CREATE INDEX application_open ON application(state, id)
	WHERE state IN ('draft','received','correction','review','approved','issuing','issued','delivered');
CREATE INDEX application_organisation ON application(organisation, id);
CREATE INDEX application_agent_mobile ON application(agent_mobile_x) WHERE agent_mobile_x IS NOT NULL;
CREATE INDEX application_agent_id ON application(agent_id_no_x) WHERE agent_id_no_x IS NOT NULL;
CREATE INDEX application_org_phone ON application(org_phone_x) WHERE org_phone_x IS NOT NULL;
CREATE INDEX application_old_serial ON application(old_serial) WHERE old_serial IS NOT NULL;

CREATE TABLE application_user (
	application INTEGER NOT NULL REFERENCES application(id), -- package
	n INTEGER NOT NULL,              -- 1..
	user_name TEXT,                  -- holder of a personal certificate
	user_id_kind TEXT,               -- document
	user_id_no BLOB,                 -- sealed
	user_mobile BLOB,                -- sealed
	user_role TEXT,                  -- administrator or user
	user_grant TEXT,                 -- which seals
	PRIMARY KEY (application, n)
) WITHOUT ROWID, STRICT;

CREATE TABLE hand (
	application INTEGER NOT NULL REFERENCES application(id), -- whose front side
	staff INTEGER NOT NULL REFERENCES staff(id), -- entered, edited or accepted it: may not review or issue it
	PRIMARY KEY (application, staff)
) WITHOUT ROWID, STRICT;

CREATE TABLE fee_line (
	application INTEGER NOT NULL REFERENCES application(id), -- by the table of the accepting day
	n INTEGER NOT NULL,              -- 1..
	object TEXT NOT NULL CHECK (object IN ('certificate','seal')), -- on what
	unit_fen INTEGER NOT NULL,       -- price
	pieces INTEGER NOT NULL,         -- times pieces
	years INTEGER NOT NULL,          -- times years
	amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0), -- product
	PRIMARY KEY (application, n)
) WITHOUT ROWID, STRICT;

CREATE TABLE material (
	application INTEGER NOT NULL REFERENCES application(id), -- whose checklist
	n INTEGER NOT NULL,              -- order on the form
	code TEXT NOT NULL,              -- of the scheme
	wanted INTEGER NOT NULL,         -- copies wanted
	points INTEGER NOT NULL,         -- bits of the points to check (forms/names.h)
	copies INTEGER NOT NULL DEFAULT 0, -- copies brought
	outcome TEXT NOT NULL DEFAULT 'pending' CHECK (outcome IN ('pending','pass','fail','missing')), -- of the check
	bad_points INTEGER NOT NULL DEFAULT 0, -- bits of the points that failed
	reason TEXT,                     -- why it failed
	scan TEXT,                       -- digest of the scan file, hex (db/scan.h)
	shelf TEXT,                      -- where the paper lies
	checked_by INTEGER REFERENCES staff(id), -- who
	checked_at INTEGER,              -- when
	PRIMARY KEY (application, n),
	UNIQUE (application, code)
) WITHOUT ROWID, STRICT;

CREATE TABLE payment (
	id INTEGER PRIMARY KEY,          -- money that came
	method TEXT NOT NULL CHECK (method IN ('cash','card','wechat','alipay','transfer')), -- how
	amount_fen INTEGER NOT NULL CHECK (amount_fen > 0), -- how much
	reference TEXT,                  -- receipt number of the method; taken once
	taken_by INTEGER NOT NULL REFERENCES staff(id), -- who
	taken_at INTEGER NOT NULL,       -- when
	UNIQUE (method, reference)
) STRICT;

CREATE TABLE allocation (
	payment INTEGER NOT NULL REFERENCES payment(id), -- which money
	application INTEGER NOT NULL REFERENCES application(id), -- for what
	amount_fen INTEGER NOT NULL CHECK (amount_fen > 0), -- how much of it
	PRIMARY KEY (application, payment)
) WITHOUT ROWID, STRICT;

CREATE INDEX allocation_payment ON allocation(payment);

CREATE TABLE token (
	id INTEGER PRIMARY KEY,          -- USB token in the ledger
	serial TEXT NOT NULL UNIQUE,     -- on its case and in its chip
	state TEXT NOT NULL CHECK (state IN ('blank','reserved','active','suspended','lost','damaged','terminated')), -- stock
	so_pin BLOB,                     -- sealed SO PIN
	so_pin_next BLOB,                -- sealed; the one that is being set, until that is known to have happened
	item INTEGER,                    -- reserved for or holding this item
	added_at INTEGER NOT NULL        -- when
) STRICT;
CREATE INDEX token_state ON token(state, id);

CREATE TABLE token_move (
	token INTEGER NOT NULL REFERENCES token(id), -- which
	n INTEGER NOT NULL,              -- 1..
	from_state TEXT,                 -- null when it came
	to_state TEXT NOT NULL,          -- where it went
	at INTEGER NOT NULL,             -- when
	staff INTEGER NOT NULL REFERENCES staff(id), -- who
	why TEXT NOT NULL,               -- why
	PRIMARY KEY (token, n)
) WITHOUT ROWID, STRICT;

CREATE TABLE item (
	id INTEGER PRIMARY KEY,          -- one certificate to be made, with what hangs on it
	application INTEGER NOT NULL REFERENCES application(id), -- of
	n INTEGER NOT NULL,              -- 1..
	kind TEXT NOT NULL CHECK (kind IN ('organisation','personal')), -- whose certificate
	state TEXT NOT NULL CHECK (state IN ('open','issuing','issued','verified','delivered','dropped')), -- ra/issue.c
	token INTEGER REFERENCES token(id), -- medium; null for a CSR of the holder's device
	pin BLOB,                        -- sealed initial PIN until hand-over, then null
	certificate INTEGER,             -- the one in use
	UNIQUE (application, n)
) STRICT;

CREATE TABLE certificate (
	id INTEGER PRIMARY KEY,          -- certificate received from a CA
	ca TEXT NOT NULL,                -- which CA
	serial TEXT NOT NULL,            -- upper-case hex
	state TEXT NOT NULL CHECK (state IN ('unconfirmed','valid','hold','revoked','superseded','expired')), -- expired is told by not_after, never stored
	organisation INTEGER REFERENCES organisation(id), -- holder
	application INTEGER NOT NULL REFERENCES application(id), -- that asked for it
	item INTEGER NOT NULL REFERENCES item(id), -- that it was made for
	scheme TEXT NOT NULL,            -- for the rule of one per organisation
	subject TEXT NOT NULL,           -- one line, for people
	not_before INTEGER NOT NULL,     -- from
	not_after INTEGER NOT NULL,      -- to
	der BLOB NOT NULL,               -- whole certificate
	stored_at INTEGER NOT NULL,      -- when it came
	revoked_at INTEGER,              -- when it ceased
	reason INTEGER,                  -- CRLReason, RFC 5280 5.3.1
	replaces INTEGER REFERENCES certificate(id), -- the older one
	replaced_by INTEGER REFERENCES certificate(id), -- the newer one
	UNIQUE (ca, serial)
) STRICT;
CREATE INDEX certificate_serial ON certificate(serial);
CREATE INDEX certificate_organisation ON certificate(organisation, scheme, not_after);
CREATE INDEX certificate_application ON certificate(application);
CREATE INDEX certificate_not_after ON certificate(not_after);

CREATE TABLE intent (
	id INTEGER PRIMARY KEY,          -- what was going to be asked of a CA: written before it is asked
	kind TEXT NOT NULL CHECK (kind IN ('issue','revoke')), -- what
	item INTEGER NOT NULL REFERENCES item(id), -- for which item
	application INTEGER NOT NULL REFERENCES application(id), -- and application
	ca TEXT NOT NULL,                -- which CA
	tid BLOB NOT NULL UNIQUE CHECK (length(tid) = 16), -- CMP transactionID
	state TEXT NOT NULL CHECK (state IN ('open','received','confirmed','done','ended')), -- how far it came
	subject BLOB,                    -- issue: Name, DER
	public_key BLOB,                 -- issue: SubjectPublicKeyInfo, DER
	extensions BLOB,                 -- issue: Extensions, DER; null for none
	not_before INTEGER,              -- issue: exact
	not_after INTEGER,               -- issue: exact
	certificate INTEGER REFERENCES certificate(id), -- issue: that came; revoke: that is to end
	reason INTEGER,                  -- revoke: CRLReason
	tries INTEGER NOT NULL DEFAULT 0, -- messages begun
	last_error TEXT,                 -- of the last try
	staff INTEGER NOT NULL REFERENCES staff(id), -- who asked
	made_at INTEGER NOT NULL,        -- when
	ended_at INTEGER                 -- done or ended
) STRICT;
CREATE INDEX intent_open ON intent(id) WHERE state IN ('open','received','confirmed');
CREATE INDEX intent_item ON intent(item);

CREATE TABLE scan (
	digest TEXT PRIMARY KEY,         -- SHA-256 of the picture, hex; the file HOME/scans/xx/rest is sealed
	bytes INTEGER NOT NULL,          -- of the picture
	kind TEXT NOT NULL,              -- 'jpeg'
	stored_by INTEGER NOT NULL REFERENCES staff(id), -- who
	stored_at INTEGER NOT NULL       -- when
) WITHOUT ROWID, STRICT;

CREATE TABLE audit (
	chain TEXT NOT NULL,             -- service point
	seq INTEGER NOT NULL,            -- 1.. without gaps
	at INTEGER NOT NULL,             -- when
	staff INTEGER NOT NULL REFERENCES staff(id), -- who
	station TEXT NOT NULL,           -- at which machine and terminal
	act TEXT NOT NULL,               -- what: ra/acts.def
	object TEXT NOT NULL,            -- on what: 'application:DG01…'
	detail TEXT NOT NULL,            -- in words, without personal data
	digest BLOB NOT NULL,            -- SHA-256 over the rows of audit_object
	previous BLOB NOT NULL,          -- hash of the row before
	hash BLOB NOT NULL,              -- SHA-256 over all of the above and the key (ra/audit.c)
	staff_key INTEGER NOT NULL REFERENCES staff_key(id), -- who signed
	signature BLOB NOT NULL,         -- ECDSA P-256 over hash, DER
	PRIMARY KEY (chain, seq)
) WITHOUT ROWID, STRICT;
CREATE INDEX audit_at ON audit(at);

CREATE TABLE audit_object (
	chain TEXT NOT NULL,             -- row of audit
	seq INTEGER NOT NULL,            -- row of audit
	kind TEXT NOT NULL,              -- 'application' …: db/audit.c tells which rows belong to it
	id INTEGER NOT NULL,             -- which
	version INTEGER NOT NULL,        -- 1.. per object, over all chains
	digest BLOB NOT NULL,            -- of its live rows after the change
	PRIMARY KEY (kind, id, version),
	FOREIGN KEY (chain, seq) REFERENCES audit(chain, seq) DEFERRABLE INITIALLY DEFERRED
) WITHOUT ROWID, STRICT;
CREATE INDEX audit_object_row ON audit_object(chain, seq);

CREATE TABLE audit_head (
	chain TEXT PRIMARY KEY,          -- service point
	seq INTEGER NOT NULL,            -- of the last row
	hash BLOB NOT NULL               -- of the last row
) WITHOUT ROWID, STRICT;

CREATE TABLE audit_mark (
	chain TEXT NOT NULL,             -- which chain
	up_to INTEGER NOT NULL,          -- rows up to here were audited
	staff INTEGER NOT NULL REFERENCES staff(id), -- by this auditor
	at INTEGER NOT NULL,             -- when
	PRIMARY KEY (chain, up_to)
) WITHOUT ROWID, STRICT;

--lite CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
--lite CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
--lite CREATE TRIGGER audit_object_no_update BEFORE UPDATE ON audit_object BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
--lite CREATE TRIGGER audit_object_no_delete BEFORE DELETE ON audit_object BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
--pg CREATE FUNCTION audit_forbid() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
--pg CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_forbid();
--pg CREATE TRIGGER audit_object_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_object FOR EACH STATEMENT EXECUTE FUNCTION audit_forbid();
