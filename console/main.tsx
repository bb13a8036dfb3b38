import { render } from 'preact';
import { App } from './shell/app.tsx';
import { startTheme } from './shell/theme.ts';
import { goLive } from './state/live.ts';
import './page.css';

const root = document.getElementById('page');
if (root !== null) {
  startTheme();
  goLive();
  render(<App />, root);
}
