import type { getArtefacts } from '@id3/tracking';
import { bytes } from '../format.ts';
import { NumberHead, Scroll } from '../table.tsx';

/** The run's files; pictures are shown. */
export function Artefacts({ artefacts }: { artefacts: ReturnType<typeof getArtefacts> }) {
  if (artefacts.length === 0) return null;
  return (
    <section>
      <h2>Files</h2>
      <Scroll label="Files">
        <table>
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Kind</th>
              <NumberHead>Size</NumberHead>
              <th scope="col">SHA-256</th>
            </tr>
          </thead>
          <tbody>
            {artefacts.map(({ id, path, kind, bytes: size, sha256 }) => (
              <tr key={id}>
                <th scope="row">
                  <a href={`/api/artefacts/${id}`}>{path}</a>
                </th>
                <td>{kind}</td>
                <td className="number">{bytes(size)}</td>
                <td>
                  <code title={sha256}>{sha256.slice(0, 12)}</code>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <div className="pictures">
        {artefacts
          .filter(({ path }) => path.endsWith('.png'))
          .map(({ id, path }) => (
            // The server sends the file as it is: Next's image optimiser would only make it blurred.
            <img key={id} src={`/api/artefacts/${id}`} alt={path} loading="lazy" />
          ))}
      </div>
    </section>
  );
}
