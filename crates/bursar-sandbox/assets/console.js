// Follows the return link to the app. The link stays for browsers that block this.
"use strict";
const link = document.querySelector("#return-link[data-go]");
if (link !== null) setTimeout(() => { location.href = link.href; }, 200);
