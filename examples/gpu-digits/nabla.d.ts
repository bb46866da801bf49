// What the plugin in nabla.mjs makes of digits.nabla, as far as the page uses it. Where `nabla build` writes the modules beside
// the model, they bring their types.

declare module '*/digits.nabla' {
  export interface DigitsSizes {
    readonly B: number;
    readonly D: number;
    readonly H: number;
    readonly K: number;
  }
  export interface DigitsParams {
    W1: Float32Array;
    b1: Float32Array;
    W2: Float32Array;
    b2: Float32Array;
  }
  export interface DigitsData {
    readonly image: Float32Array;
    readonly label: Int32Array;
  }
  export interface DigitsOutputs {
    prediction: Int32Array;
    probability: Float32Array;
  }
  export interface DigitsWorkspace {
    readonly [name: string]: Float64Array | Int32Array | Uint8Array;
  }
  export function digitsZeros(sizes: DigitsSizes): DigitsParams;
  export function digitsOutputsZeros(sizes: DigitsSizes): DigitsOutputs;
  export function digitsWorkspace(sizes: DigitsSizes): DigitsWorkspace;
  export function digitsLossAndGradient(
    params: Readonly<DigitsParams>,
    data: DigitsData,
    sizes: DigitsSizes,
    gradient: DigitsParams,
    ws?: DigitsWorkspace,
  ): number;
  export function digitsOutputs(
    params: Readonly<DigitsParams>,
    data: DigitsData,
    sizes: DigitsSizes,
    outputs: DigitsOutputs,
    ws?: DigitsWorkspace,
  ): void;
}

declare module '*/digits.nabla?webgpu' {
  import type { DigitsData, DigitsParams, DigitsSizes } from '*/digits.nabla';
  export interface DigitsGpu {
    setParams(params: Readonly<DigitsParams>): void;
    setData(data: DigitsData): void;
    step(learningRate: number): void;
    readParams(): Promise<DigitsParams>;
    readLoss(): Promise<number>;
    destroy(): void;
  }
  export function createDigitsGpu(device: GPUDevice, sizes: DigitsSizes): Promise<DigitsGpu>;
}
