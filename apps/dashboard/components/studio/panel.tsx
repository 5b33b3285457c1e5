'use client';

import type { MadeFace, ModelChoice } from '@id3/studio-client';
import type { FaceRequest } from '@id3/studio-client/request';
import { facesUrl, spritePart } from '../face.ts';
import { useFaces } from './use-faces.ts';

/** The faces of one model: made anew whenever the request changes. */
export function Panel({ request, choice }: { request: FaceRequest; choice: ModelChoice }) {
  const { url, count, faces, milliseconds, trainedFor, progress, problem, busy } = useFaces(request);
  const { training } = choice;
  return (
    <section className="panel" aria-label={`Faces of ${choice.title}`} aria-busy={busy}>
      <div className="controls">
        <h2>{choice.title}</h2>
        <span className="quiet small">
          {choice.group}
          {training !== undefined &&
            `, in training: step ${(trainedFor ?? training.step).toLocaleString('en-GB')} of ${training.steps.toLocaleString('en-GB')}`}
        </span>
      </div>
      {problem !== undefined && (
        <p className="wrong" role="alert">
          {problem}
        </p>
      )}
      <div className={count === 1 ? 'made alone' : 'made'}>
        {Array.from({ length: count }, (_, k) => (
          <figure key={k} data-stale={faces === undefined || undefined}>
            <div
              className="picture"
              role="img"
              aria-label={captionOf(faces?.[k], request)}
              style={url === undefined ? undefined : spritePart(url, k, count)}
            />
            {faces === undefined ? (
              <figcaption className="quiet small">{k === 0 ? waiting(progress, url) : '\u00a0'}</figcaption>
            ) : (
              count > 1 && <Below face={faces[k]} row={request.row} />
            )}
          </figure>
        ))}
        {faces?.length === 1 && <Facts face={faces[0]} choice={choice} />}
      </div>
      <p className="controls small">
        {url !== undefined && (
          <a className="button" href={url} download="face.png">
            PNG
          </a>
        )}
        {milliseconds !== undefined && (
          <span className="quiet number" data-milliseconds={Math.round(milliseconds)}>
            {Math.round(milliseconds)} ms
          </span>
        )}
        {!choice.judged && <span className="quiet">No judge g of this model is here.</span>}
        {choice.pool === undefined && (
          <span className="quiet">
            Age, yaw and the nearest training face are read off by a training pool with its embeddings, which
            an ablation makes; of this model there is none here.
          </span>
        )}
      </p>
    </section>
  );
}

const waiting = (progress: { step: number; steps: number } | undefined, url: string | undefined): string =>
  progress === undefined
    ? url === undefined
      ? 'Opening the model…'
      : '…'
    : `Step ${progress.step} of ${progress.steps}`;

/** What a face of a row was asked for. */
function askedOf(face: MadeFace, row: FaceRequest['row']): string {
  switch (row) {
    case 'age':
      return years(face.age);
    case 'c':
      return `c ${face.c.toFixed(2)}`;
    case 't':
      return `t ${(face.t ?? 0).toFixed(2)}`;
    case 'w':
      return `w ${face.w.toFixed(2)}`;
    default:
      return degrees(face.yaw);
  }
}

const captionOf = (face: MadeFace | undefined, { row }: FaceRequest): string =>
  face === undefined
    ? 'A face that is being made'
    : `A face, ${row === undefined ? years(face.age) : askedOf(face, row)}`;

/** Below a face of a row: what was asked, what f and g see. */
function Below({ face, row }: { face: MadeFace; row: FaceRequest['row'] }) {
  const read = row === 'age' ? face.readAge && years(face.readAge) : face.readYaw && degrees(face.readYaw);
  return (
    <figcaption className="number">
      <strong>{askedOf(face, row)}</strong>
      {(row === 'age' || row === 'yaw') && read && <span className="quiet"> read {read}</span>}
      <br />f {face.cosine.toFixed(2)}
      {face.judged !== undefined && ` · g ${face.judged.toFixed(2)}`}
    </figcaption>
  );
}

function Facts({ face, choice }: { face: MadeFace; choice: ModelChoice }) {
  const { nearest } = face;
  return (
    <div className="facts-of">
      <table>
        <thead>
          <tr>
            <th scope="col">Attribute</th>
            <th scope="col" className="number">
              Asked
            </th>
            <th scope="col" className="number">
              Read off
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">Age</th>
            <td className="number">{years(face.age)}</td>
            <td className="number">{years(face.readAge)}</td>
          </tr>
          <tr>
            <th scope="row">Yaw</th>
            <td className="number">{degrees(face.yaw)}</td>
            <td className="number">{degrees(face.readYaw)}</td>
          </tr>
        </tbody>
      </table>
      <table>
        <thead>
          <tr>
            <th scope="col">Cosine</th>
            <th scope="col" className="number">
              Value
            </th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">f, to the y asked for</th>
            <td className="number">{face.cosine.toFixed(3)}</td>
          </tr>
          <tr>
            <th scope="row">g, to the portrait</th>
            <td className="number">{face.judged?.toFixed(3) ?? '–'}</td>
          </tr>
          {nearest !== undefined && (
            <tr>
              <th scope="row">f, to the nearest training face</th>
              <td className="number">{nearest.cosine.toFixed(3)}</td>
            </tr>
          )}
        </tbody>
      </table>
      {nearest !== undefined && choice.pool !== undefined && (
        <figure className="nearest">
          <img src={facesUrl(choice.pool, [nearest.index], 128)} width={72} height={72} alt="" />
          <figcaption className="quiet small">Nearest training face</figcaption>
        </figure>
      )}
    </div>
  );
}

const years = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)} y`);
const degrees = (value: number | undefined): string => (value === undefined ? '–' : `${Math.round(value)}°`);
