// One thread fits one curve, by Levenberg and Marquardt's method. In front of this the host puts what
// `nabla build decay.nabla --target wgsl` writes: DecayParams, DecayData and decay_loss_and_gradient are from there.

override points: u32;
override steps: u32;

struct Fit {
  params: DecayParams,
  cost: f32, // half the sum of the squared residuals
}

@group(0) @binding(0) var<storage, read> measured: array<DecayData>; // `points` for each curve
@group(0) @binding(1) var<storage, read_write> fits: array<Fit>;

/// The normal equations at some params: JᵀJ, Jᵀr, and half of rᵀr.
struct System {
  matrix: mat3x3f,
  vector: vec3f,
  cost: f32,
}

fn system(curve: u32, params: DecayParams) -> System {
  var sum: System;
  for (var i = curve * points; i < (curve + 1u) * points; i++) {
    let residual = decay_loss_and_gradient(params, measured[i]);
    let row = vec3f(residual.gradient.amplitude, residual.gradient.rate, residual.gradient.offset);
    sum.matrix += mat3x3f(row * row.x, row * row.y, row * row.z);
    sum.vector += row * residual.loss;
    sum.cost += 0.5 * residual.loss * residual.loss;
  }
  return sum;
}

/// x with (A + damping·diag A) x = b, by Cramer's rule.
fn solve(matrix: mat3x3f, damping: f32, b: vec3f) -> vec3f {
  let p = matrix[0] + vec3f(damping * matrix[0].x, 0.0, 0.0);
  let q = matrix[1] + vec3f(0.0, damping * matrix[1].y, 0.0);
  let r = matrix[2] + vec3f(0.0, 0.0, damping * matrix[2].z);
  return vec3f(dot(b, cross(q, r)), dot(p, cross(b, r)), dot(p, cross(q, b))) / dot(p, cross(q, r));
}

@compute @workgroup_size(64) fn fit(@builtin(global_invocation_id) id: vec3u) {
  let curve = id.x;
  if (curve >= arrayLength(&fits)) { return; }
  let first = measured[curve * points].y;
  let last = measured[(curve + 1u) * points - 1u].y;
  var params = DecayParams(first - last, 1.0, last);
  var here = system(curve, params);
  var damping = 1e-2;
  for (var step = 0u; step < steps; step++) {
    let change = solve(here.matrix, damping, here.vector);
    let trial = DecayParams(params.amplitude - change.x, params.rate - change.y, params.offset - change.z);
    let there = system(curve, trial);
    // Not so where the cost is not a number.
    if (there.cost < here.cost) {
      params = trial;
      here = there;
      damping *= 0.2;
    } else {
      damping *= 5.0;
    }
  }
  fits[curve] = Fit(params, here.cost);
}
