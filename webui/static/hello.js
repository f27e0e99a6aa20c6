// The page that anybody may frame: it tells the widget that its server is there, so that the chat was refused, and why.
window.parent.postMessage({ ...document.currentScript.dataset }, "*");
