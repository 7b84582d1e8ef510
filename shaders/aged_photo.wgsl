// The photograph and its synthetic age in one picture, drawn per frame: the flow bends the full-resolution photo, the
// residual is added to it, and a line divides the two. `aging::paste_back` is the reference in plain Rust; a test holds
// this shader to it. Pixel centres are at integers. Colours stay in gamma space throughout, as the reference's do.

struct Picture {
    // Rows of the transform from pixels of the display copy to pixels of the 112×112 crop: (a, b, shift, unused).
    photo_to_crop_x: vec4<f32>,
    photo_to_crop_y: vec4<f32>,
    // Rotation and scale from the crop to the display copy: (m00, m01, m10, m11).
    crop_to_photo: vec4<f32>,
    // The part of the display copy that is shown: left, top, width, height in pixels.
    source: vec4<f32>,
    // Size of the picture on screen in physical pixels.
    size_px: vec2<f32>,
    radius_px: f32,
    // Left of this share of the picture's width the photograph is shown.
    wipe: f32,
    // 0: photograph and synthetic age; 1: their difference around grey.
    mode: u32,
    // 0: nothing is changed. 1: the photo with one face changed. 2: a further face, drawn over that where it changes.
    is_changed: u32,
    // 1: the target converts to sRGB by itself and wants linear values.
    is_linear_target: u32,
    // How much a difference is enlarged.
    difference_gain: f32,
}

@group(0) @binding(0) var<uniform> picture: Picture;
@group(0) @binding(1) var flow_px: texture_2d<f32>;
@group(0) @binding(2) var residual: texture_2d<f32>;
@group(0) @binding(3) var smooth_sampler: sampler;
@group(1) @binding(0) var photo: texture_2d<f32>;

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

const LAST_PX: f32 = 111.0;

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

fn cubic_residual(at: vec2<f32>) -> vec3<f32> {
    let first = floor(at);
    let columns = cubic_weights(at.x - first.x);
    let rows = cubic_weights(at.y - first.y);
    var sum = vec3<f32>(0.0);
    for (var row = 0; row < 4; row++) {
        var line = vec3<f32>(0.0);
        for (var column = 0; column < 4; column++) {
            let texel = clamp(vec2<i32>(first) + vec2<i32>(column - 1, row - 1), vec2<i32>(0), vec2<i32>(111));
            line += columns[column] * textureLoad(residual, texel, 0).rgb;
        }
        sum += rows[row] * line;
    }
    return sum;
}

fn cubic_photo(at: vec2<f32>) -> vec3<f32> {
    let first = floor(at);
    let last = vec2<i32>(textureDimensions(photo, 0)) - vec2<i32>(1);
    let columns = cubic_weights(at.x - first.x);
    let rows = cubic_weights(at.y - first.y);
    var sum = vec3<f32>(0.0);
    for (var row = 0; row < 4; row++) {
        var line = vec3<f32>(0.0);
        for (var column = 0; column < 4; column++) {
            let texel = clamp(vec2<i32>(first) + vec2<i32>(column - 1, row - 1), vec2<i32>(0), last);
            line += columns[column] * textureLoad(photo, texel, 0).rgb;
        }
        sum += rows[row] * line;
    }
    return sum;
}

// The photo at a place in its pixels. Enlarged: bicubic, exact at pixel centres. Reduced: from the mip chain.
fn photo_at(at: vec2<f32>) -> vec3<f32> {
    let level = log2(picture.source.z / picture.size_px.x);
    if level <= 0.001 {
        return cubic_photo(at);
    }
    let size = vec2<f32>(textureDimensions(photo, 0));
    return textureSampleLevel(photo, smooth_sampler, (at + 0.5) / size, level).rgb;
}

// The change of the face at a place of the photo.
struct Change {
    is_inside: bool,
    shift_px: vec2<f32>,
    // 0 to 1.
    residual: vec3<f32>,
}

fn change_at(at: vec2<f32>) -> Change {
    let crop_px = vec2<f32>(
        dot(picture.photo_to_crop_x.xyz, vec3<f32>(at, 1.0)),
        dot(picture.photo_to_crop_y.xyz, vec3<f32>(at, 1.0)),
    );
    if picture.is_changed == 0u || any(crop_px < vec2<f32>(0.0)) || any(crop_px > vec2<f32>(LAST_PX)) {
        return Change(false, vec2<f32>(0.0), vec3<f32>(0.0));
    }
    let moved_px = textureSampleLevel(flow_px, smooth_sampler, (crop_px + 0.5) / 112.0, 0.0).xy;
    let shift_px = vec2<f32>(dot(picture.crop_to_photo.xy, moved_px), dot(picture.crop_to_photo.zw, moved_px));
    return Change(true, shift_px, cubic_residual(crop_px) / 255.0);
}

fn aged_with(at: vec2<f32>, change: Change) -> vec3<f32> {
    if !change.is_inside {
        return photo_at(at);
    }
    return photo_at(at + change.shift_px) + change.residual;
}

// Less than a twentieth of a pixel and half a level: nothing to see.
fn is_visible(change: Change) -> bool {
    return change.is_inside
        && (any(abs(change.shift_px) > vec2<f32>(0.05)) || any(abs(change.residual) > vec3<f32>(0.5 / 255.0)));
}

// Share of a physical pixel that lies inside the picture's round corners.
fn coverage(place: vec2<f32>) -> f32 {
    let half_size = picture.size_px * 0.5;
    let from_corner = abs(place * picture.size_px - half_size) - half_size + picture.radius_px;
    let distance = length(max(from_corner, vec2<f32>(0.0))) + min(max(from_corner.x, from_corner.y), 0.0);
    return clamp(0.5 - distance + picture.radius_px, 0.0, 1.0);
}

fn linear_from_gamma(gamma: vec3<f32>) -> vec3<f32> {
    let low = gamma / 12.92;
    let high = pow((gamma + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, gamma <= vec3<f32>(0.04045));
}

@fragment
fn draw(corner: Corner) -> @location(0) vec4<f32> {
    var at = picture.source.xy + corner.place * picture.source.zw - 0.5;
    if picture.source.z * 8.0 <= picture.size_px.x {
        // From eight times its size on a pixel of the photo is a square of one colour.
        at = floor(at + 0.5);
    }
    let is_photograph = picture.mode == 0u && corner.place.x < picture.wipe;
    let is_further = picture.is_changed == 2u;
    var colour: vec3<f32>;
    if is_photograph {
        if is_further {
            discard;
        }
        colour = photo_at(at);
    } else {
        let change = change_at(at);
        if is_further && !is_visible(change) {
            discard;
        }
        colour = aged_with(at, change);
        if picture.mode == 1u {
            colour = 0.5 + (colour - photo_at(at)) * picture.difference_gain;
        }
    }
    colour = clamp(colour, vec3<f32>(0.0), vec3<f32>(1.0));
    if picture.is_linear_target == 1u {
        colour = linear_from_gamma(colour);
    }
    let alpha = coverage(corner.place);
    return vec4<f32>(colour * alpha, alpha);
}
