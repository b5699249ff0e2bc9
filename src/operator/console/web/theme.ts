// Before anything is drawn, so that nobody sees the other scheme flash.
const KEY = 'workspace-console-theme';
const stored = localStorage.getItem(KEY);
if (stored === 'light' || stored === 'dark') document.documentElement.dataset.theme = stored;
