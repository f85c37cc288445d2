// Follows the way back to the app by itself; the link stays for browsers that do not.
"use strict";
const link = document.querySelector("#return-link[data-go]");
if (link !== null) setTimeout(() => { location.href = link.href; }, 200);
