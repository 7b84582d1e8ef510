// The photograph and its synthetic age in one picture, drawn per frame: the flow bends the full-resolution photo, the
// residual is added to it, and a line divides the two. `aging::paste_back` is the reference in plain Rust; a test holds
// this shader to it. Pixel centres are at integers. Colours stay in gamma space throughout, as the reference's do.
// `sampling.wgsl` stands before this.

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
    // 1: a further face of the photo, drawn only where it changes something.
    is_further: u32,
    // Keeps the numbers behind it where they are.
    unused: u32,
    // 1: the target converts to sRGB by itself and wants linear values.
    is_linear_target: u32,
    // How much a difference is enlarged.
    difference_gain: f32,
}

// What one pipeline draws is fixed when it is built. A driver that draws on the CPU computes both sides of every branch it
// cannot decide beforehand, for every pixel: that made a frame five times as long.

// 0: the photograph. 1: a face at its synthetic age. 2: no difference. 3: the difference of a face.
override step: u32 = 0u;
// 0: the photo is reduced, from its mip chain. 1: it is enlarged, bicubic, exact at pixel centres. 2: as 1, but a pixel of
// the photo is a square of one colour.
override sampling: u32 = 1u;
// Linear instead of cubic filtering, for the frames in which the age moves on a driver that draws on the CPU.
override is_draft: bool = false;

@group(0) @binding(0) var<uniform> picture: Picture;
@group(0) @binding(1) var flow_px: texture_2d<f32>;
@group(0) @binding(2) var residual: texture_2d<f32>;
@group(0) @binding(3) var smooth_sampler: sampler;
@group(1) @binding(0) var photo: texture_2d<f32>;

const LAST_PX: f32 = 111.0;

// The photo at a place in its pixels.
fn photo_at(at: vec2<f32>) -> vec3<f32> {
    if sampling == 2u && step == 0u {
        let last = vec2<i32>(textureDimensions(photo, 0)) - vec2<i32>(1);
        return textureLoad(photo, clamp(vec2<i32>(at), vec2<i32>(0), last), 0).rgb;
    }
    if sampling != 0u && !is_draft {
        return cubic_picture(photo, at);
    }
    var level = max(log2(picture.source.z / picture.size_px.x), 0.0);
    if is_draft && step != 0u {
        level = round(level);
    }
    let size = vec2<f32>(textureDimensions(photo, 0));
    return textureSampleLevel(photo, smooth_sampler, (at + 0.5) / size, level).rgb;
}

// The change of the face at a place of the photo; none outside of the crop.
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
    let is_inside = all(crop_px >= vec2<f32>(0.0)) && all(crop_px <= vec2<f32>(LAST_PX));
    let place = (crop_px + 0.5) / 112.0;
    let moved_px = textureSampleLevel(flow_px, smooth_sampler, place, 0.0).xy;
    let shift_px = vec2<f32>(dot(picture.crop_to_photo.xy, moved_px), dot(picture.crop_to_photo.zw, moved_px));
    var levels: vec3<f32>;
    if is_draft {
        levels = textureSampleLevel(residual, smooth_sampler, place, 0.0).rgb;
    } else {
        levels = cubic_picture(residual, crop_px);
    }
    return Change(
        is_inside,
        select(vec2<f32>(0.0), shift_px, is_inside),
        select(vec3<f32>(0.0), levels / 255.0, is_inside),
    );
}

// Less than a twentieth of a pixel and half a level: nothing to see.
fn is_visible(change: Change) -> bool {
    return change.is_inside
        && (any(abs(change.shift_px) > vec2<f32>(0.05)) || any(abs(change.residual) > vec3<f32>(0.5 / 255.0)));
}

@fragment
fn draw(corner: Corner) -> @location(0) vec4<f32> {
    var at = picture.source.xy + corner.place * picture.source.zw - 0.5;
    if sampling == 2u {
        at = floor(at + 0.5);
    }
    var colour = vec3<f32>(0.5);
    if step == 0u {
        colour = photo_at(at);
    } else if step != 2u {
        let change = change_at(at);
        let is_photograph = step == 1u && corner.place.x < picture.wipe;
        if is_photograph || (picture.is_further == 1u && !is_visible(change)) {
            discard;
        }
        let aged = photo_at(at + change.shift_px) + change.residual;
        if step == 1u {
            colour = aged;
        } else {
            colour = 0.5 + (aged - photo_at(at)) * picture.difference_gain;
        }
    }
    colour = clamp(colour, vec3<f32>(0.0), vec3<f32>(1.0));
    if picture.is_linear_target == 1u {
        colour = linear_from_gamma(colour);
    }
    let alpha = corner_coverage(corner.place, picture.size_px, picture.radius_px);
    return vec4<f32>(colour * alpha, alpha);
}
