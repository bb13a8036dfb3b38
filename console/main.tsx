import { render } from 'preact';
import type { Session } from '../cli/console/contract.ts';
import './page.css';

function Page({ stack }: Pick<Session, 'stack'>) {
  return (
    <main>
      <h1>{stack}</h1>
    </main>
  );
}

const root = document.getElementById('page');
if (root !== null) {
  const session: Session = await (await fetch('/api/session')).json();
  render(<Page stack={session.stack} />, root);
}
