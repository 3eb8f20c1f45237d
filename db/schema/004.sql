-- What the reading side stands on: since when an application waits, and what passed one member's hands.
ALTER TABLE application ADD COLUMN state_since INTEGER; -- when it came into its state; null: before this column was there
CREATE INDEX hand_staff ON hand(staff, application);
