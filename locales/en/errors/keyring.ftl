# The keyring of the desktop. The advice is in errors.ftl.

detail-keyring-unusable = The keyring is missing or cannot be used.
detail-keyring-locked = The keyring is locked. Once you unlock it, Bursar continues by itself.
detail-keyring-refused = The keyring did not allow Bursar to use the API key. To be asked again, choose “Refresh account” on the Accounts page.
detail-keyring-no-room = The API key is too long for the keyring.
detail-keyring-slow = The keyring is not responding. If it asks for a password, enter it and try again.
