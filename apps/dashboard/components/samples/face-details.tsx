import { facesUrl } from '../face.ts';
import type { Face } from './faces.ts';
import type { FaceRow, Predictable } from './rows.ts';
import { NumberHead } from '../table.tsx';

/** One face: asked against measured, and the training face that f takes it for most. */
export function FaceDetails(props: {
  face: Face;
  row: FaceRow;
  threshold: number;
  predictable: Predictable;
}) {
  const { face, row, threshold, predictable } = props;
  const { dataset, reference } = row;
  const asked = face.toAsked !== undefined;
  return (
    <aside className="face-details" aria-label="The chosen face">
      <div className="pictures">
        <figure>
          <img src={facesUrl(dataset, [face.index], 256)} width={144} height={144} alt="" />
          <figcaption>
            Identity {face.label}, image {face.index}
          </figcaption>
        </figure>
        {face.nearest !== undefined && reference !== undefined && (
          <figure>
            <img src={facesUrl(reference, [face.nearest.index], 256)} width={144} height={144} alt="" />
            <figcaption>Nearest training face</figcaption>
          </figure>
        )}
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">Attribute</th>
            <NumberHead>{asked ? 'Asked' : 'True'}</NumberHead>
            <NumberHead>Predicted</NumberHead>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Yaw</th>
            <td className="number">{degrees(face.yaw)}</td>
            <td className="number">{predictable.yaw ? degrees(face.predictedYaw) : '–'}</td>
          </tr>
          <tr>
            <th scope="row">Age</th>
            <td className="number">{years(face.age)}</td>
            <td className="number">{predictable.age ? years(face.predictedAge) : '–'}</td>
          </tr>
        </tbody>
      </table>
      <table>
        <thead>
          <tr>
            <th scope="col">To the</th>
            <NumberHead>Cosine</NumberHead>
            <th scope="col">For f</th>
          </tr>
        </thead>
        <tbody>
          {(
            [
              ['embedding asked for', face.toAsked],
              ['anchor', face.toAnchor],
              ['centre of its identity', face.toCentre],
              ['nearest training face', face.nearest?.cosine],
            ] as const
          ).map(
            ([name, cosine]) =>
              cosine !== undefined && (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td className="number">{cosine.toFixed(3)}</td>
                  <td className="quiet">{cosine >= threshold ? 'one person' : 'another'}</td>
                </tr>
              ),
          )}
        </tbody>
      </table>
    </aside>
  );
}

const degrees = (value: number | undefined) => (value === undefined ? '–' : `${value.toFixed(0)}°`);
const years = (value: number | undefined) => (value === undefined ? '–' : value.toFixed(0));
