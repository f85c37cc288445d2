# Requests to any server.

detail-timed-out = { $host } did not answer in time.
detail-not-reached = { $host } could not be reached.
detail-certificate-not-trusted = This computer does not trust the certificate of { $host }. A proxy, a Wi-Fi login page or a wrong clock can cause this.
detail-too-many-requests = { $host } has received too many requests and asks Bursar to wait.
detail-http-status = { $host } answered with HTTP status { $status }.
detail-answer-too-large = { $host } sent a response that is larger than Bursar accepts.
detail-secure-connections-failed = Secure connections cannot be set up on this computer.
