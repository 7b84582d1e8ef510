// What every shader that draws photographs shares: the corners, bicubic sampling, round corners, the way to linear
// values. Stands before each of them in one source. Pixel centres are at integers.

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) place: vec2<f32>,
}

// One triangle that covers the viewport; `place` runs from 0 to 1 inside it.
@vertex
fn cover(@builtin(vertex_index) index: u32) -> Corner {
    let place = vec2<f32>(f32((index << 1u) & 2u), f32(index & 2u));
    return Corner(vec4<f32>(place.x * 2.0 - 1.0, 1.0 - place.y * 2.0, 0.0, 1.0), place);
}

fn far_weight(d: f32) -> f32 {
    return ((-0.75 * d + 3.75) * d - 6.0) * d + 3.0;
}

fn near_weight(d: f32) -> f32 {
    return (1.25 * d - 2.25) * d * d + 1.0;
}

// Keys' cubic convolution, a = -0.75: weights of the neighbours at offsets -1, 0, 1, 2.
fn cubic_weights(t: f32) -> vec4<f32> {
    return vec4<f32>(
        far_weight(t + 1.0),
        near_weight(t),
        near_weight(1.0 - t),
        far_weight(2.0 - t),
    );
}

// A picture between its pixels: bicubic, exact at pixel centres, its edge repeated outside.
fn cubic_picture(source: texture_2d<f32>, at: vec2<f32>) -> vec3<f32> {
    let first = floor(at);
    let last = vec2<i32>(textureDimensions(source, 0)) - vec2<i32>(1);
    let columns = cubic_weights(at.x - first.x);
    let rows = cubic_weights(at.y - first.y);
    var sum = vec3<f32>(0.0);
    for (var row = 0; row < 4; row++) {
        var line = vec3<f32>(0.0);
        for (var column = 0; column < 4; column++) {
            let texel = clamp(vec2<i32>(first) + vec2<i32>(column - 1, row - 1), vec2<i32>(0), last);
            line += columns[column] * textureLoad(source, texel, 0).rgb;
        }
        sum += rows[row] * line;
    }
    return sum;
}

// Share of a physical pixel that lies inside a picture's round corners; `place` runs from 0 to 1 over the picture.
fn corner_coverage(place: vec2<f32>, size_px: vec2<f32>, radius_px: f32) -> f32 {
    let half_size = size_px * 0.5;
    let from_corner = abs(place * size_px - half_size) - half_size + radius_px;
    let distance = length(max(from_corner, vec2<f32>(0.0))) + min(max(from_corner.x, from_corner.y), 0.0);
    return clamp(0.5 - distance + radius_px, 0.0, 1.0);
}

fn linear_from_gamma(gamma: vec3<f32>) -> vec3<f32> {
    let low = gamma / 12.92;
    let high = pow((gamma + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, gamma <= vec3<f32>(0.04045));
}
