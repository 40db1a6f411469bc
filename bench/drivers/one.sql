-- One of 100,000 devices.
\set n random(1, 10000)
SELECT devices.* FROM ids JOIN devices USING (id) WHERE n = :n;
