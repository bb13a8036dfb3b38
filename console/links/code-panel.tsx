import { useEffect, useState } from 'preact/hooks';
import type { FoundLink, LinkChoice } from '../../cli/console/contract/links.ts';
import type { ApiProblem } from '../../cli/console/contract/problem.ts';
import { ProblemNote } from '../parts/notes.tsx';
import { Panel } from '../parts/panel.tsx';
import { askFile, problemOf } from '../state/server.ts';

const words: Readonly<Record<FoundLink['code'], string>> = {
  stored: 'Its QR code is stored.',
  failed: 'Its QR code was refused. The story below has the reason.',
  none: 'It has no QR code.',
};

/** The QR code. It leads to the link, so it is shown on demand. */
export function CodePanel({ choice, code }: { choice: LinkChoice; code: FoundLink['code'] }) {
  const [image, setImage] = useState<string | undefined>(undefined);
  const [problem, setProblem] = useState<ApiProblem | undefined>(undefined);
  const key = JSON.stringify(choice);
  // Another link has another code.
  useEffect(() => {
    setImage(undefined);
    setProblem(undefined);
  }, [key]);
  useEffect(() => () => image && URL.revokeObjectURL(image), [image]);

  const show = () =>
    askFile('/api/links/code', choice).then(
      (file) => setImage(URL.createObjectURL(file)),
      (error) => setProblem(problemOf(error)),
    );

  return (
    <Panel title="QR code">
      <p>{words[code]}</p>
      {image && <img class="qr" src={image} alt="The QR code of the link" />}
      {code === 'stored' &&
        (image ? (
          <div class="actions start">
            <a class="button" href={image} download="code">
              Save the image
            </a>
            <button type="button" onClick={() => setImage(undefined)}>
              Hide it
            </button>
          </div>
        ) : (
          <button type="button" onClick={() => void show()}>
            Show the QR code
          </button>
        ))}
      {problem && <ProblemNote problem={problem} />}
    </Panel>
  );
}
