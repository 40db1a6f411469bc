-- The newest 51 devices: one more than the page shows tells whether there is another.
SELECT * FROM devices ORDER BY created_at DESC, id DESC LIMIT 51;
