-- +goose Up

-- Whether somebody has seen the endpoint that the first start made: 0 until then. Older ones were in use already.
ALTER TABLE endpoints ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 1;

-- An endpoint that was to check deliveries, and had nothing to check them with, took them all. Now it would refuse them
-- all. So that nobody's senders are cut off it says what it did: it checks nothing. PayPal's deliveries are checked
-- without a secret, where the webhook's id is known, and with a certificate that is pinned in the settings.
UPDATE endpoints SET verify = 'off'
WHERE verify IN ('enforce', 'observe')
  AND NOT EXISTS (SELECT 1 FROM json_each(endpoints.secrets)
                  WHERE trim(coalesce(json_extract(value, '$.Value'), ''), char(9, 10, 13, 32)) <> '')
  AND NOT (provider = 'paypal'
           AND trim(coalesce(json_extract(settings, '$.webhook_id'), '')
                 || coalesce(json_extract(settings, '$.certificate'), '')) <> '');
