// One or two photographs in one picture, each moved, scaled and turned by its own transform: the faces lie over each
// other as their landmarks say. Drawn from the display copies, so that they are as sharp as these are. Outside a photo
// nothing is drawn. `sampling.wgsl` stands before this. Colours stay in gamma space; pixel centres are at integers.

struct Picture {
    // Rows of the transforms from physical pixels of the picture to pixels of each display copy: (a, b, shift, unused).
    a_x: vec4<f32>,
    a_y: vec4<f32>,
    b_x: vec4<f32>,
    b_y: vec4<f32>,
    // Size of the picture on screen in physical pixels.
    size_px: vec2<f32>,
    radius_px: f32,
    // Left of this share of the picture's width only A is shown.
    wipe: f32,
    // How much of B lies over A, 0 to 1.
    opacity: f32,
    // 1: the target converts to sRGB by itself and wants linear values.
    is_linear_target: u32,
    unused_a: u32,
    unused_b: u32,
}

@group(0) @binding(0) var<uniform> picture: Picture;
@group(0) @binding(1) var smooth_sampler: sampler;
@group(1) @binding(0) var photo_a: texture_2d<f32>;
@group(2) @binding(0) var photo_b: texture_2d<f32>;

// A photo under a pixel of the picture, with how much of that pixel it covers: colour times coverage, coverage.
fn photo_under(source: texture_2d<f32>, row_x: vec4<f32>, row_y: vec4<f32>, pixel: vec2<f32>) -> vec4<f32> {
    let at = vec2<f32>(dot(row_x.xyz, vec3<f32>(pixel, 1.0)), dot(row_y.xyz, vec3<f32>(pixel, 1.0)));
    let size = vec2<f32>(textureDimensions(source, 0));
    // Photo pixels for one pixel on screen.
    let step = length(vec2<f32>(row_x.x, row_y.x));
    let inside = min(at + 0.5, size - 0.5 - at) / step;
    let coverage = clamp(min(inside.x, inside.y) + 0.5, 0.0, 1.0);
    let level = log2(step);
    var colour: vec3<f32>;
    if level <= 0.001 {
        colour = cubic_picture(source, at);
    } else {
        colour = textureSampleLevel(source, smooth_sampler, (at + 0.5) / size, level).rgb;
    }
    return vec4<f32>(clamp(colour, vec3<f32>(0.0), vec3<f32>(1.0)) * coverage, coverage);
}

@fragment
fn draw(corner: Corner) -> @location(0) vec4<f32> {
    let pixel = corner.place * picture.size_px;
    let share = select(picture.opacity, 0.0, corner.place.x < picture.wipe);
    // What is covered need not be sampled: bicubic costs sixteen reads.
    var a = vec4<f32>(0.0);
    var b = vec4<f32>(0.0);
    if share < 1.0 {
        a = photo_under(photo_a, picture.a_x, picture.a_y, pixel);
    }
    if share > 0.0 {
        b = photo_under(photo_b, picture.b_x, picture.b_y, pixel);
    }
    let mixed = mix(a, b, share);
    var colour = mixed.rgb;
    if picture.is_linear_target == 1u && mixed.a > 0.0 {
        colour = linear_from_gamma(mixed.rgb / mixed.a) * mixed.a;
    }
    return vec4<f32>(colour, mixed.a) * corner_coverage(corner.place, picture.size_px, picture.radius_px);
}
