# Every message that clients read, in English. The same identifiers stand in zh-CN.ftl.

done = Done
created = Created
registered = Registered
logged-in = Logged in
token-refreshed = The token was refreshed
logged-out = Logged out
account-deleted = The account was deleted
password-changed = The password was changed
mail-requested = If the address has an account, a mail is on its way
check-mail = Read your mail to go on
email-verified = The e-mail address is verified

user-already-exists = The user already exists
invalid-credentials = Wrong e-mail address or password
invalid-mail-token = The link is not valid or has expired; ask for a new one

bad-request = The request is malformed
invalid-json = The body is not valid JSON
unauthorized = Invalid authentication credentials
forbidden = You are not allowed to do this
https-required = Plain HTTP is not served here; use HTTPS
session-required = This needs the access token of a session; log in
sign-in-to-verify = Log in to this account, or give its password, to verify the address
email-not-verified = The e-mail address is not verified yet; read the mail that was sent to it
registration-closed = This e-mail address cannot register here
cross-site = Calls with a cookie are only taken from our own pages and allowed origins
not-found = There is nothing here
method-not-allowed = This method is not supported here
request-timeout = The request took too long to arrive
payload-too-large = The body is too large
unsupported-media-type = This content type is not supported
conflict = Somebody else changed this meanwhile; reload and try again
precondition-failed = This has changed since you last saw it
precondition-required = This request needs an If-Match header
rate-limited = Too many requests; try again later
validation-failed = The data is not valid
internal-error = Internal server error
unavailable = The service is unavailable for the moment; try again later

field-missing = This field is required
field-not-text = This must be a string
field-not-integer = This must be a whole number of 64 bits
field-not-boolean = This must be true or false
field-not-timestamp = This must be an RFC 3339 date and time, such as 2026-11-22T10:34:31Z
field-not-uuid = This must be a UUID, such as 01a2041e-213a-73b5-8e99-f9bd446c72db
text-too-long = The text is too long
text-forbidden-character = The text contains a character that is not allowed
body-not-object = The body must be a JSON object
locale-unknown = This must be zh-CN or en
email-invalid = This is not a valid e-mail address
email-too-long = The e-mail address is too long
password-too-short = The password needs at least { $password_min_length } characters
password-too-common = The password is too easy to guess; choose another
password-too-long = The password can have at most { $password_max_bytes } bytes
password-forbidden-character = The password contains a character that is not allowed
