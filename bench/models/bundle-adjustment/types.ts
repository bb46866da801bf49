// The sizes, inputs and gradient that the hand-written variants of bundle-adjustment take.

export interface Sizes {
  readonly points: number;
  readonly obs: number;
}

export interface Params {
  readonly cams: Float64Array;
  readonly X: Float64Array;
  readonly w: Float64Array;
}

export interface Data {
  readonly obs_cam: Int32Array;
  readonly obs_pt: Int32Array;
  readonly feats: Float64Array;
}

export const CAMERAS = 3;

export const zeros = ({ points, obs }: Sizes): Params => ({
  cams: new Float64Array(CAMERAS * 11),
  X: new Float64Array(points * 3),
  w: new Float64Array(obs),
});
